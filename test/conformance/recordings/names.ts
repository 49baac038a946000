import type { Line, Timeline } from './timeline.js';

/** Five random characters follow an owner's name. */
const REFUSED_SUFFIX = '-xxxxx';

/** A uid as Kubernetes makes it, and as ours are. */
const UID = /\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|uid-\d+)\b/g;

/**
 * Names that mean the same in two timelines: what is generated (hashes, random suffixes) goes, what is left is the owner and the
 * place among its kind. `web-7dc8ff9568` is `web#1`, its pods are all `pod of web#1`.
 */
export class NamesByTimeline {
  /** `Kind/name` -> the same in both timelines. */
  readonly #known = new Map<string, string>();
  /** Any generated name -> what stands for it in texts. */
  readonly #words = new Map<string, string>();
  /** Pods (and whatever else is generated) of each owner, in order of appearance. */
  readonly #ofOwner = new Map<string, string[]>();

  constructor(timeline: Timeline) {
    const adopted = new Map<string, Line['owners']>();
    for (const { kind, name, owners } of timeline) if (owners !== undefined) adopted.set(`${kind}/${name}`, owners);
    // Lines of different kinds may be swapped by a few milliseconds: owners come first.
    const [pods, others] = [timeline.filter(isPod), timeline.filter((line) => !isPod(line))];
    for (const line of [...others, ...pods]) this.#meet(line, adopted.get(`${line.kind}/${line.name}`));
  }

  /** The object's name in both timelines' words. */
  of(kind: string, name: string): string {
    return this.#known.get(`${kind}/${name}`) ?? name;
  }

  /** `Kind/name` in both timelines' words. */
  ofReference(reference: string): string {
    const slash = reference.indexOf('/');
    const kind = reference.slice(0, slash);
    return `${kind}/${this.of(kind, reference.slice(slash + 1))}`;
  }

  /** Owner under which an object is counted: its first one; a pod without one stands for itself. */
  ownerOf({ kind, name = '', owners }: Line): string {
    return owners === undefined ? this.ofReference(`${kind}/${name}`) : this.ofReference(owners[0]!);
  }

  /** A text with names, uids and numbers replaced. */
  inText(text: string): string {
    return text
      .replace(UID, '<uid>')
      .replace(/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?/g, (word) => this.#words.get(word) ?? this.#refused(word))
      .replace(/(?<![\w#<.])\d+(?:\.\d+)?(?![\d>])/g, '<n>');
  }

  /** A pod that was refused is told of by the name that it would have had. */
  #refused(word: string): string {
    const owner = this.#words.get(word.slice(0, -REFUSED_SUFFIX.length));
    return owner === undefined || !/-[a-z0-9]{5}$/.test(word) ? word : owner.replace('<', '<pod of ');
  }

  /** A value that may be a generated name (of a revision, of a pod). */
  inName(value: string): string {
    return this.#words.get(value) ?? value;
  }

  /** A command on generated names of this timeline, on the objects at the same places of another. */
  inOurWords(command: string, other: Timeline): string {
    const theirs = new NamesByTimeline(other);
    return command.replace(/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/g, (word) => {
      for (const [owner, names] of this.#ofOwner) {
        const place = names.indexOf(word);
        if (place >= 0) return theirs.#ofOwner.get(owner)?.[place] ?? word;
      }
      return word;
    });
  }

  /** An orphan that is adopted later is one of its owner's from the start: which of them it is, is chance from then on. */
  #meet({ kind, name }: Line, owners: Line['owners']): void {
    if (name === undefined || kind === 'Event' || kind === 'Action') return;
    const key = `${kind}/${name}`;
    if (this.#known.has(key)) return;
    if (kind === 'Node') this.#words.set(name, '<node>');
    if (owners === undefined || isOwnName(kind, owners[0]!, name)) {
      this.#known.set(key, name);
      return;
    }
    const owner = this.ofReference(owners[0]!);
    const group = `${kind} of ${owner}`;
    const siblings = this.#ofOwner.get(group) ?? [];
    siblings.push(name);
    this.#ofOwner.set(group, siblings);
    const ownerName = owner.slice(owner.indexOf('/') + 1);
    const ours = kind === 'Pod' ? `pod of ${ownerName}` : `${ownerName}#${siblings.length}`;
    this.#known.set(key, ours);
    this.#words.set(name, `<${ours}>`);
  }
}

function isPod({ kind }: Line): boolean {
  return kind === 'Pod';
}

/** Pods of StatefulSets have names of their own: their number. */
function isOwnName(kind: string, owner: string, name: string): boolean {
  return kind === 'Pod' && owner.startsWith('StatefulSet/') && /-\d+$/.test(name);
}
