import { ipNumber } from '../service-addresses.js';

/** IP addresses and networks as texts. Source: kubernetes v1.36.3 staging apimachinery pkg/util/validation/ip.go. */

const NOT_AN_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function ipFaults(text: string): string[] {
  if (ipNumber(text) !== undefined || isIPv6(text)) return [];
  if (/^[0-9]+(\.[0-9]+){3}$/.test(text)) {
    const parts = text.split('.');
    const isInRange = parts.every((part) => Number(part) <= 255);
    if (isInRange) return ['must not have leading 0s'];
  }
  return [NOT_AN_ADDRESS];
}

export function isIPv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

export function cidrFaults(text: string): string[] {
  const [address, bits, ...rest] = text.split('/');
  const widest = isIPv6(address!) ? 128 : 32;
  const isNetwork =
    rest.length === 0 &&
    bits !== undefined &&
    /^(0|[1-9][0-9]*)$/.test(bits) &&
    Number(bits) <= widest &&
    ipFaults(address!).length === 0;
  return isNetwork ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

/** Addresses that nobody outside can reach. Source: pkg/apis/core/validation: ValidateEndpointIP. */
export function specialIpFaults(text: string): string[] {
  const number = ipNumber(text);
  const isV4 = number !== undefined;
  const first = isV4 ? number >>> 24 : 0;
  const faults: string[] = [];
  if (text === '0.0.0.0' || text === '::') faults.push('may not be unspecified (0.0.0.0 or ::)');
  if ((isV4 && first === 127) || text === '::1') faults.push('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if ((isV4 && number >>> 16 === 0xa9fe) || /^fe[89ab]/i.test(text)) {
    faults.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if ((isV4 && number >>> 8 === 0xe00000) || /^ff02:/i.test(text)) {
    faults.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return faults;
}
