import type { Random } from './random.ts';

const hosts = [
  'allowed.test',
  'a.below.test',
  'below.test',
  'evil.test',
  '127.0.0.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '169.254.169.254',
  'localhost',
  'allowed.test.evil.test',
  'evilallowed.test',
  'xn--llowed-5ve.test',
  '\u0430llowed.test',
  'ALLOWED.TEST',
  'allowed.test.',
  '\uff41llowed.test',
  'allowed%2etest',
  'allowed.test%00.evil.test',
  'allowed\u3002test',
  'allowed.test\u2024evil.test',
  '0',
] as const;
const signs = [
  '@',
  '#',
  '?',
  '/',
  '\\',
  ':',
  '%40',
  '%2f',
  '%23',
  '%5c',
  '\t',
  '\n',
  '\u0000',
  ' ',
  '\u00ad',
  '\u200b',
  '\uff0f',
  '\uff20',
  ';',
  '.',
  '..',
  '[',
  ']',
  ':80',
  ':@',
] as const;

/** An address in which the host is not where it seems, or is written in another way. */
export function generateUrl(random: Random): string {
  const scheme = random.pick(['http://', 'http:', 'http:/', 'http:\\\\', 'HTTP://', 'http:///', ' http://']);
  const user = random.percent(30) ? `${random.pick(hosts)}${random.pick(['', ':x', random.pick(signs)])}@` : '';
  let url = `${scheme}${user}${random.pick(hosts)}${random.pick(['', ':80', ':8080', '/'])}${random.pick(['', '/a', '?b', '#c', `@${random.pick(hosts)}`])}`;
  for (let times = random.below(3); times > 0; times--) {
    const at = random.below(url.length + 1);
    url = `${url.slice(0, at)}${random.pick(signs)}${url.slice(at)}`;
  }
  return url;
}
