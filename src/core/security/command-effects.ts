import type { Effect, EffectCommand } from '../../protocol/effects.ts';
import { hiddenCharacters } from './hidden-characters.ts';
import { scriptDanger } from './script-danger.ts';
import { type Grounds, placeEffects, riskyPlaces } from './shell/place-effects.ts';
import { type ReadCommand, readScript } from './shell/read-script.ts';
import type { WindowsShell } from './shell/shell-kind.ts';
import { type JudgedCommand, judgeWindowsCommand } from './shell/windows-command.ts';

export interface CommandSite extends Grounds {
  /** Real path. */
  readonly cwd: string;
  readonly cwdZone: Effect['zone'];
  readonly shell?: 'posix' | WindowsShell;
}

/** A longer command is more than a person looks through, even where it only reads. */
const mostCharacters = 4000;

/**
 * What running a shell command means: one `run` effect on the folder and the command text, and, where it can do nothing but
 * read, the places that it reads; where it does more, those of them that lie outside or hold secrets. The run is marked as
 * protected, and so asks in every mode, where its text shows that it reaches out, changes what lies outside or cannot be judged.
 */
export async function commandEffects(command: string, site: CommandSite): Promise<readonly Effect[]> {
  const hidden = hiddenCharacters(command);
  const effect: Effect = { verb: 'run', object: `${site.cwd}$ ${command}`, zone: site.cwdZone };
  if (hidden !== undefined) return [{ ...effect, protects: hidden }];
  const { danger, reading } = judge(command, site);
  const commands = reading.commands.map((command) => shownCommand(command, site.cwd));
  const acting: Effect = { ...effect, commands, ...(reading.beside ? { beside: reading.beside } : {}) };
  if (danger !== undefined) return [{ ...acting, protects: danger }];
  const acts = reading.acts !== undefined || command.length > mostCharacters || site.cwdZone !== 'workspace';
  const places = acts ? 'it acts' : await placeEffects(site, reading);
  if (typeof places === 'string') return [acting, ...(await riskyPlaces(site, reading))];
  return [{ ...effect, readsOnly: true, commands }, ...places];
}

function judge(command: string, { cwd, roots, shell = 'posix' }: CommandSite): JudgedCommand {
  if (shell !== 'posix') return judgeWindowsCommand(command, shell, { cwd, roots });
  return { danger: scriptDanger(command, { roots, folders: [cwd] }), reading: readScript(command, cwd) };
}

function shownCommand({ words, readsOnly, folders }: ReadCommand, cwd: string): EffectCommand {
  const shown = { words: words.map(({ text }) => text) };
  if (readsOnly) return { ...shown, readsOnly };
  return folders.length === 1 && folders[0] === cwd ? shown : { ...shown, folders };
}
