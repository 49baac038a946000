import type { ApiRequest, ApiResult } from '../../../src/cluster/api/calls.js';
import type { SyncOutcome } from '../../../src/cluster/api/controller-loop.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import { RequestRefused, type Story, type StoryEvent } from '../../../src/cluster/api/sync-story.js';

/** Plays a story against a fake API server that answers at once. `onNote` hears the notes when they are told. */
export function playStory(
  story: Story,
  answer: (request: ApiRequest) => ApiResult,
  onNote: (note: unknown) => void = () => {},
): { outcome: SyncOutcome; events: StoryEvent[]; notes: unknown[] } {
  const events: StoryEvent[] = [];
  const notes: unknown[] = [];
  try {
    let act = story.next();
    while (act.done !== true) {
      if ('events' in act.value) {
        events.push(...act.value.events());
        act = story.next([]);
      } else if ('note' in act.value) {
        notes.push(act.value.note);
        onNote(act.value.note);
        act = story.next([]);
      } else {
        act = story.next(act.value.requests.map(answer));
      }
    }
    return { outcome: act.value ?? {}, events, notes };
  } catch (error) {
    if (error instanceof RequestRefused) return { outcome: { retry: true }, events, notes };
    throw error;
  }
}

export function answered(object: KubernetesObject): ApiResult {
  return { status: 200, reason: '', message: '', object };
}
