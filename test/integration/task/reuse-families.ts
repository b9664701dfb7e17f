import type { ScriptedRequest } from '../../support/scripted-model.ts';
import { calls, finish, proposal, turns } from './task-rig.ts';

/** Kinds of work, each to be done once in one file and once more in another. */
export const reuseFamilies = [
  ['Rename the variable', 'a.js', 'b.js'],
  ['Translate the label', 'en.json', 'de.json'],
  ['Raise the version', 'one.toml', 'two.toml'],
  ['Mend the typo', 'README.md', 'GUIDE.md'],
  ['Add a field', 'user.py', 'order.py'],
  ['Remove the flag', 'flags.go', 'more.go'],
  ['Update the copyright', 'main.c', 'other.c'],
  ['Fix the import', 'x.ts', 'y.ts'],
  ['Change the timeout', 'web.yaml', 'api.yaml'],
  ['Log the error', 'in.rb', 'out.rb'],
].map(([verb = '', first = '', second = '']) => ({ verb, first, second }));

/** Plans after two looks, or at once from a workflow that it is told of; then changes the file and checks it. */
export function modelOfFamily(file: string, verb: string) {
  let looks = 0;
  const executor = turns('edit_file', [
    calls({ name: 'edit_file', args: { path: file, edits: [{ old_text: 'old', new_text: 'new' }] } }),
    calls({ name: 'run_command', args: { command: `grep new ${file}` } }),
    calls(finish()),
  ]);
  return (request: ScriptedRequest) => {
    if (!request.tools.includes('propose_plan')) return executor(request);
    const known = /<memory kind="workflow"[^>]*>[\s\S]*?\n1\. (.*) \(check: (.*)\)\n {3}(.*)/.exec(
      String(request.messages[1]?.content),
    );
    const fill = (text = '') => text.replaceAll('<file>', file);
    if (known)
      return calls(proposal({ id: 'a', title: fill(known[1]), check: fill(known[2]), instructions: fill(known[3]) }));
    looks += 1;
    if (looks <= 2) return calls({ name: 'list_files', args: {} });
    return calls(
      proposal({ id: 'a', title: `${verb} ${file}`, check: `grep new ${file}`, instructions: `Change ${file}.` }),
    );
  };
}
