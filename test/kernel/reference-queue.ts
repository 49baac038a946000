import FastPriorityQueue from 'fastpriorityqueue';

interface Entry {
  readonly time: number;
  readonly sequence: number;
  readonly handle: number;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

/** What the event queue has to do, in the plainest way: a priority queue of objects, each removal a search. */
export class ReferenceQueue {
  readonly entries = new FastPriorityQueue<Entry>(
    (left, right) => left.time < right.time || (left.time === right.time && left.sequence < right.sequence),
  );
  nextSequence = 0;

  get size(): number {
    return this.entries.size;
  }

  get earliest(): number {
    return this.entries.peek()?.time ?? Infinity;
  }

  push(handle: number, time: number, kind: number, a: number, b: number): void {
    this.entries.add({ time, sequence: this.nextSequence++, handle, kind, a, b });
  }

  pop(): Entry {
    return this.entries.poll()!;
  }

  remove(handle: number): Entry {
    return this.entries.removeOne((entry) => entry.handle === handle)!;
  }

  move(handle: number, time: number): void {
    const { kind, a, b } = this.remove(handle);
    this.push(handle, time, kind, a, b);
  }
}
