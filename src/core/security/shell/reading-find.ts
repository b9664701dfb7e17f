import { acts, here, type Reading } from './reading.ts';
import type { ShellWord } from './shell-word.ts';

/** Tests and actions of find that only look, with the number of words that follow each. `-exec`, `-delete`, `-fprint` and the like are none. */
const tokens = new Map<string, number>([
  ...'! ( ) , -a -and -o -or -not -print -print0 -ls -prune -quit -true -false -depth -d -mount -xdev -empty -readable -writable -executable -daystart -nouser -nogroup -noleaf -nowarn -warn -E -P'
    .split(' ')
    .map((token): [string, number] => [token, 0]),
  ...'-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -size -mtime -mmin -ctime -cmin -atime -amin -perm -user -group -uid -gid -links -inum -maxdepth -mindepth -printf -fstype -used -lname -ilname'
    .split(' ')
    .map((token): [string, number] => [token, 1]),
]);

export function judgeFind(words: readonly ShellWord[]): Reading {
  const places: ShellWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    if (!word.known) return acts('an argument that is only known when it runs');
    if (places.length === 0 || !/^[-(!,)]/.test(words[at - 1]?.text ?? '')) {
      if (!/^[-(!,)]/.test(word.text)) {
        places.push(word);
        continue;
      }
    }
    const following = tokens.get(word.text);
    if (following === undefined || word.glob) return acts(`find ${word.text}`);
    for (let value = 1; value <= following; value++) {
      const given = words[at + value];
      // An unquoted pattern becomes as many words as there are names that fit, and these could be tests.
      if (given === undefined || !given.known || given.glob) return acts(`what follows ${word.text}`);
    }
    at += following;
  }
  return { places: (places.length === 0 ? [here] : places).map((word) => ({ word, kind: 'names' })) };
}
