/** A copy of data from the Kubernetes API with its points in time (RFC 3339) as microseconds since 1970. */
export function withMicros(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withMicros);
  if (typeof data === 'string') return /^\d{4}-\d\d-\d\dT.*Z$/.test(data) ? Date.parse(data) * 1_000 : data;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [field, withMicros(value)]));
}
