import type { ApiRequest, ApiResult } from './calls.js';
import { succeeded } from './calls.js';
import { clientOf, type SyncOutcome, type SyncStep } from './controller-loop.js';
import { invariant } from '../../kernel/invariant.js';
import { recordEvent } from './event-recorder.js';
import type { KubernetesObject } from './objects/meta.js';
import type { ApiWorld } from './world.js';

/** A Kubernetes Event that a story records on its way. */
export interface StoryEvent {
  readonly about: KubernetesObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/**
 * What a story does next: requests sent side by side, whose answers it then gets; Events, worked out only if they are not
 * recorded yet; or a note for the controller's own memory.
 */
export type StoryAct =
  | { readonly requests: readonly ApiRequest[] }
  | { readonly events: () => readonly StoryEvent[] }
  | { readonly note: unknown };

/**
 * A sync told from start to end, one write after the other, as Kubernetes' controllers are written: a pure function of
 * what it was given and of the answers. It keeps nothing of its own in the world: between its writes the world holds
 * what it was given and the answers so far, so that after a checkpoint the story is told again up to there.
 */
export type Story<Ending = SyncOutcome | void> = Generator<StoryAct, Ending, readonly ApiResult[]>;

/** A request that was refused, where the story does not say what then: it ends the sync. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly result: ApiResult;

  constructor(result: ApiResult) {
    super(result.message);
    this.result = result;
  }
}

/** Sends one request and gives the object of the answer. */
export function* send(request: ApiRequest): Story<KubernetesObject> {
  const result = yield* attempt(request);
  if (!succeeded(result)) throw new RequestRefused(result);
  return result.object!;
}

/** Sends one request and gives the answer, whatever it is. */
export function* attempt(request: ApiRequest): Story<ApiResult> {
  const results = yield { requests: [request] };
  return results[0]!;
}

/** Records an Event. */
export function* tell(
  about: KubernetesObject,
  type: StoryEvent['type'],
  reason: string,
  message: string,
): Story<undefined> {
  yield { events: () => [{ about, type, reason, message }] };
  return undefined;
}

/** Records several Events. */
export function* tellAll(events: () => readonly StoryEvent[]): Story<undefined> {
  yield { events };
  return undefined;
}

/** Sends requests side by side and gives their answers. */
export function* attemptAll(requests: readonly ApiRequest[]): Story<readonly ApiResult[]> {
  return yield { requests };
}

/**
 * Tells several stories at once: their requests go out together, and each goes on when all of these are answered. All come
 * to their ends; then the first refusal ends the whole.
 */
export function* sideBySide<Ending>(stories: readonly Story<Ending>[]): Story<readonly Ending[]> {
  const endings: Ending[] = [];
  let refused: RequestRefused | undefined;
  let answered = stories.map((story, index) => ({ story, index, results: NO_RESULTS }));
  while (answered.length > 0) {
    const waiting: { story: Story<Ending>; index: number; requests: readonly ApiRequest[] }[] = [];
    for (const { story, index, results } of answered) {
      try {
        let act = story.next(results);
        while (act.done !== true && !('requests' in act.value)) {
          yield act.value;
          act = story.next(NO_RESULTS);
        }
        if (act.done === true) endings[index] = act.value;
        else if ('requests' in act.value) waiting.push({ story, index, requests: act.value.requests });
      } catch (error) {
        if (!(error instanceof RequestRefused)) throw error;
        refused ??= error;
      }
    }
    if (waiting.length === 0) break;
    const results = yield { requests: waiting.flatMap(({ requests }) => requests) };
    let taken = 0;
    answered = waiting.map(({ story, index, requests }) => {
      taken += requests.length;
      return { story, index, results: results.slice(taken - requests.length, taken) };
    });
  }
  if (refused !== undefined) throw refused;
  return endings;
}

const NO_RESULTS: readonly ApiResult[] = [];

/** Leaves a note for the controller's own memory. */
export function* note(text: unknown): Story<undefined> {
  yield { note: text };
  return undefined;
}

/** A story under way, as it lies in the world: enough to tell it again up to the requests that are not answered yet. */
export interface StoryMemory<Input> {
  readonly input: Input;
  readonly answers: readonly (readonly ApiResult[])[];
}

/**
 * Stories that wait for answers, by their memory: they go on instead of being told again. No state: a world restored from
 * a checkpoint has memories of its own, and tells their stories again.
 */
const waiting = new WeakMap<object, Story>();

/** Who tells a story, and to whom its notes go. */
export interface StoryTeller<W extends ApiWorld, Input> {
  readonly controllerId: number;
  readonly story: (input: Input) => Story;
  readonly onNote?: (world: W, input: Input, note: unknown) => void;
}

/** Begins a story; its sync goes on with `resumeStory`. */
export function beginStory<W extends ApiWorld, Input>(world: W, teller: StoryTeller<W, Input>, input: Input): SyncStep {
  return goOn(world, teller, { input, answers: [] }, teller.story(input), NO_RESULTS);
}

/** Goes on with a story after the answers to its last requests. */
export function resumeStory<W extends ApiWorld, Input>(
  world: W,
  teller: StoryTeller<W, Input>,
  memory: unknown,
  results: readonly ApiResult[],
): SyncStep {
  const { input, answers } = memory as StoryMemory<Input>;
  const story = waiting.get(memory as object) ?? tellAgain(teller.story(input), answers);
  return goOn(world, teller, { input, answers: [...answers, results] }, story, results);
}

/** Brings a story to the requests that come after these answers. Its Events and notes up to there have had their effect. */
function tellAgain(story: Story, answers: readonly (readonly ApiResult[])[]): Story {
  let act = story.next(NO_RESULTS);
  for (let answered = 0; ; ) {
    invariant(act.done !== true, 'a story told again has ended before its requests');
    if (!('requests' in act.value)) act = story.next(NO_RESULTS);
    else if (answered < answers.length) act = story.next(answers[answered++]!);
    else return story;
  }
}

function goOn<W extends ApiWorld, Input>(
  world: W,
  teller: StoryTeller<W, Input>,
  memory: StoryMemory<Input>,
  story: Story,
  results: readonly ApiResult[],
): SyncStep {
  try {
    let act = story.next(results);
    while (act.done !== true) {
      if ('requests' in act.value) {
        waiting.set(memory, story);
        return { requests: act.value.requests, memory };
      }
      perform(world, teller, memory.input, act.value);
      act = story.next(NO_RESULTS);
    }
    return { requests: [], outcome: act.value ?? {} };
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    // Work in a namespace that is going is not tried again (HasStatusCause NamespaceTerminating in every handleErr).
    return { requests: [], outcome: isNamespaceTerminating(error.result) ? {} : { retry: true } };
  }
}

function perform<W extends ApiWorld, Input>(
  world: W,
  { controllerId, onNote }: StoryTeller<W, Input>,
  input: Input,
  act: Exclude<StoryAct, { readonly requests: readonly ApiRequest[] }>,
): void {
  if ('note' in act) {
    onNote?.(world, input, act.note);
    return;
  }
  for (const { about, type, reason, message } of act.events()) {
    recordEvent(world, clientOf(world, controllerId), about, type, reason, message);
  }
}

/** Was a create refused because its namespace is going? */
export function isNamespaceTerminating(result: ApiResult): boolean {
  return result.status === 403 && result.message.endsWith('because it is being terminated');
}
