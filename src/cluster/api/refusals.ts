import type { ApiRequest, ApiResult } from './calls.js';
import { resourceOf } from './kinds.js';

/** `deployments.apps "web"`, as messages name an object. */
function qualifiedName(request: ApiRequest): string {
  return `${resourceOf(request.kind)} "${request.name}"`;
}

export function notFound(request: ApiRequest): ApiResult {
  return { status: 404, reason: 'NotFound', message: `${qualifiedName(request)} not found` };
}

export function conflict(request: ApiRequest, why: string, resource = resourceOf(request.kind)): ApiResult {
  const message = `Operation cannot be fulfilled on ${resource} "${request.name}": ${why}`;
  return { status: 409, reason: 'Conflict', message };
}
