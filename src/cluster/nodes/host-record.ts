/** What one node remembers besides the numbers in the table. */
export interface HostRecord {
  readonly name: string;
}
