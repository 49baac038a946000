/** Arrays by node as they grow: the same values, with more room. */

export function longerFloat64(array: Float64Array, length: number): Float64Array {
  const longer = new Float64Array(length);
  longer.set(array);
  return longer;
}

export function longerUint8(array: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length);
  longer.set(array);
  return longer;
}

export function longerInt32(array: Int32Array, length: number, filler = 0): Int32Array {
  const longer = new Int32Array(length);
  if (filler !== 0) longer.fill(filler, array.length);
  longer.set(array);
  return longer;
}

export function longerUint16(array: Uint16Array, length: number): Uint16Array {
  const longer = new Uint16Array(length);
  longer.set(array);
  return longer;
}
