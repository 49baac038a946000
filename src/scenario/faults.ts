import { parseDuration } from '../kernel/duration.js';
import type { Micros } from '../kernel/time.js';
import type { FaultCommand } from './commands.js';
import { shown, suggestion } from './diagnostics.js';
import { mistake, type Word } from './shell-words.js';

/** First words of the commands about machines. */
export const FAULT_VERBS = ['ssh', 'fail', 'recover', 'reboot'] as const;

const FORMS = {
  ssh: 'ssh NODE systemctl stop|start kubelet',
  fail: 'fail node NAME [for DURATION] or fail zone NAME [for DURATION]',
  recover: 'recover node NAME or recover zone NAME',
  reboot: 'reboot node NAME',
} as const;

/** Reads a command about machines: `verb` is one of FAULT_VERBS. */
export function readFault(verb: Word, words: readonly Word[]): FaultCommand {
  if (verb.text === 'ssh') return readSsh(verb, words);
  if (verb.text === 'fail') return readFail(verb, words);
  const [what, name, extra] = words;
  const form = verb.text === 'recover' ? FORMS.recover : FORMS.reboot;
  if (what === undefined || name === undefined) mistake(verb, `expected ${form}`);
  if (extra !== undefined) mistake(extra, `unexpected ${shown(extra.text)}: write ${form}`);
  if (verb.text === 'recover' && what.text === 'zone') return { do: 'recover-zone', zone: name.text };
  if (what.text !== 'node') mistake(what, `expected ${form}`, suggestion(what.text, ['node', 'zone']));
  return { do: verb.text === 'recover' ? 'recover-node' : 'reboot-node', node: name.text };
}

function readSsh(verb: Word, words: readonly Word[]): FaultCommand {
  const [node, ...remote] = words;
  // The remote command may be given as one quoted word, as people do.
  const parts = remote.flatMap((word) => word.text.split(/\s+/).map((text) => ({ text, offset: word.offset })));
  const command = parts.filter(({ text }) => text !== 'sudo' && text !== '');
  if (node === undefined || command.length === 0) mistake(verb, `expected ${FORMS.ssh}`);
  const [program, action, unit, extra] = command;
  if (program!.text === 'reboot' && action === undefined) return { do: 'reboot-node', node: node.text };
  if (program!.text !== 'systemctl')
    mistake(program!, `unknown remote command ${shown(program!.text)}: write ${FORMS.ssh}`);
  if (action === undefined || (action.text !== 'stop' && action.text !== 'start')) {
    mistake(
      action ?? program!,
      `expected ${FORMS.ssh}`,
      action === undefined ? '' : suggestion(action.text, ['stop', 'start']),
    );
  }
  if (unit === undefined || unit.text.replace(/\.service$/, '') !== 'kubelet') {
    mistake(unit ?? action, `only the kubelet can be stopped and started: write ${FORMS.ssh}`);
  }
  if (extra !== undefined) mistake(extra, `unexpected ${shown(extra.text)}: write ${FORMS.ssh}`);
  return { do: action.text === 'stop' ? 'kubelet-stop' : 'kubelet-start', node: node.text };
}

function readFail(verb: Word, words: readonly Word[]): FaultCommand {
  const [what, name, forWord, duration, extra] = words;
  if (what === undefined || name === undefined) mistake(verb, `expected ${FORMS.fail}`);
  if (what.text !== 'node' && what.text !== 'zone') {
    mistake(what, `expected ${FORMS.fail}`, suggestion(what.text, ['node', 'zone']));
  }
  let forUs: Micros | null = null;
  if (forWord !== undefined) {
    if (forWord.text !== 'for' || duration === undefined) mistake(forWord, `expected ${FORMS.fail}`);
    const parsed = parseDuration(duration.text);
    if (parsed === undefined || parsed === 0)
      mistake(duration, `expected a duration such as "3m", got ${shown(duration.text)}`);
    forUs = parsed;
  }
  if (extra !== undefined) mistake(extra, `unexpected ${shown(extra.text)}: write ${FORMS.fail}`);
  return what.text === 'node'
    ? { do: 'fail-node', node: name.text, forUs }
    : { do: 'fail-zone', zone: name.text, forUs };
}
