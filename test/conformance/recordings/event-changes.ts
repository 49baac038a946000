import type { OwnChange } from './changes.js';
import type { NamesByTimeline } from './names.js';
import type { Line, Timeline } from './timeline.js';

/**
 * The manager tells of nodes up to 5 s after they came or went: what was done to the cluster before the start falls into some
 * recordings by chance.
 */
const REGISTERED = 'RegisteredNode';
const REMOVING = 'RemovingNode';

/**
 * From which Event on similar ones are merged is the correlator's vectors' business; here it hangs on how many steps a change of
 * size took, and on who got the client's tokens first.
 */
const COMBINED = '(combined from similar events): ';
const RANGE = /from (\d+) to (\d+)/;

/**
 * Events as changes, so that they fall into waves as everything does: the owner is the object that they are about, what happened is
 * their reason with their text, names and numbers replaced; a size that a text tells of is the change's.
 */
export function eventChanges(timeline: Timeline, names: NamesByTimeline): OwnChange[] {
  const nodes = timeline.filter(({ kind }) => kind === 'Node');
  const initial = new Set(nodes.flatMap(({ ev, name }) => (ev === 'INITIAL' ? [`Node/${name}`] : [])));
  const known = new Set(nodes.map(({ name }) => `Node/${name}`));
  const isOfBefore = ({ reason, regarding }: Line): boolean =>
    reason === REGISTERED ? initial.has(String(regarding)) : reason === REMOVING && !known.has(String(regarding));
  return (
    timeline
      // Events that go with their namespace: ours are rows, which stay.
      .filter(({ kind, t, ev }) => kind === 'Event' && t >= 0 && ev !== 'DELETED')
      .filter((line) => !isOfBefore(line))
      .map((line) => {
        const written = String(line['message'] ?? '');
        const range = RANGE.exec(written);
        const message = written.replace(COMBINED, '');
        return {
          t: line.t,
          owner: names.ofReference(String(line['regarding'])),
          what: `${String(line['type'])} ${String(line['reason'])} (${String(line['source'])}): ${names.inText(message)}`,
          ...(range === null ? {} : { from: Number(range[1]), to: Number(range[2]) }),
        };
      })
  );
}
