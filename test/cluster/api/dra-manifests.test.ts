import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { decodeManifest } from '../../../src/cluster/api/decode.js';
import { applyDefaults } from '../../../src/cluster/api/defaults/defaults.js';
import { withJobIdentity } from '../../../src/cluster/api/defaults/job-identity.js';
import type { Job } from '../../../src/cluster/api/objects/batch.js';
import { unplayedFields } from '../../../src/cluster/api/unplayed-fields.js';
import { errorText } from '../../../src/cluster/api/validation/field-error.js';
import { validateCreate } from '../../../src/cluster/api/validation/validate.js';

/** Manifests of dynamic resource allocation that others have written, where the folder of collected data stands beside the project. */
const DATA = join(import.meta.dirname, '../../../../shared/data');
const FOLDERS = ['website-examples/dra', 'scheduler-perf/dra/templates'];

/** Rules for taints are no kind that is known: their API is off by default. */
const UNKNOWN = ['devicetaintrule.yaml'];

/** What is told of a few of them: fields that are stored, not simulated, and one that is a mistake. */
const TOLD: Readonly<Record<string, string>> = {
  'deviceclass-extended-resource.yaml': 'spec.extendedResourceName',
  'deviceclass-extended-resource-scoring.yaml': 'spec.extendedResourceName',
  'another-resourceclaimtemplate.yaml': 'unknown field "spec.spec.controller"',
};

describe.skipIf(!existsSync(DATA))('manifests of others', () => {
  for (const folder of FOLDERS) {
    const names = existsSync(DATA) ? readdirSync(join(DATA, folder), { recursive: true, encoding: 'utf8' }) : [];
    for (const name of names.filter((file) => file.endsWith('.yaml') && !UNKNOWN.includes(file))) {
      it(`${folder}/${name} is good`, () => {
        const text = readFileSync(join(DATA, folder, name), 'utf8').replaceAll(/\{\{[^}]*\}\}/g, '7');
        const told = parseAllDocuments(text).flatMap((document) =>
          decodeManifest(document.toJS()).flatMap(({ object, issues }) => {
            if (object === undefined) return issues.map(({ message }) => message);
            const metadata = { ...object.metadata, name: object.metadata.name || 'generated', uid: 'one' };
            const full = applyDefaults({ ...object, metadata });
            const stored = full.kind === 'Job' ? withJobIdentity(full as unknown as Job) : full;
            const faults = [...issues.map(({ message }) => message), ...validateCreate(stored).map(errorText)];
            return [...faults, ...unplayedFields(object).filter((field) => field !== '')];
          }),
        );
        expect(told).toEqual(TOLD[name] === undefined ? [] : [TOLD[name]]);
      });
    }
  }
});
