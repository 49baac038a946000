import { type Fields, fieldsIn, listIn, textIn } from '../fields.js';
import { labelKeyFaults, labelValueFaults } from '../names.js';
import { type FieldError, forbidden, invalid, required } from './field-error.js';
import { validateLabels } from './metadata.js';

/** Source: kubernetes v1.36.3 staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation: ValidateLabelSelector. */
export function validateLabelSelector(selector: Fields, path: string, out: FieldError[]): void {
  validateLabels(selector['matchLabels'], `${path}.matchLabels`, out);
  for (const [i, expression] of listIn(selector['matchExpressions']).entries()) {
    validateExpression(expression, `${path}.matchExpressions[${i}]`, out);
  }
}

function validateExpression({ key, operator, values }: Fields, path: string, out: FieldError[]): void {
  const texts = Array.isArray(values) ? values.map(textIn) : [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (texts.length === 0)
        out.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (texts.length > 0) {
        out.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    default:
      out.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  out.push(...labelKeyFaults(textIn(key)).map((fault) => invalid(`${path}.key`, textIn(key), fault)));
  for (const [i, text] of texts.entries()) {
    out.push(...labelValueFaults(text).map((fault) => invalid(`${path}.values[${i}]`, text, fault)));
  }
}

export function isEmptySelector(selector: Fields): boolean {
  return (
    Object.keys(fieldsIn(selector['matchLabels'])).length === 0 && listIn(selector['matchExpressions']).length === 0
  );
}

/** A selector as Go prints it: fields in the order of its types. */
export function selectorInGoOrder(selector: Fields): Fields {
  const labels = Object.entries(fieldsIn(selector['matchLabels'])).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = listIn(selector['matchExpressions']).map(({ key, operator, values }) => ({
    key,
    operator,
    ...(Array.isArray(values) && values.length > 0 ? { values } : {}),
  }));
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
  };
}
