/** What stands in a text where a secret was. */
export const redacted = '[redacted]';

/**
 * Takes secrets out of a text: known values, the shapes in which services hand keys out, values that are called a secret, and
 * long strings that look drawn by lot. What looks like code, a hash, a path or a placeholder stays.
 */
export function redact(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const value of known) if (value.length >= leastKnown) clean = clean.replaceAll(value, redacted);
  for (const pattern of shapes) clean = clean.replace(pattern, redacted);
  clean = clean.replace(credentialsInUrl, `$1${redacted}@`);
  clean = clean.replace(authorizationHeader, `$1${redacted}`);
  clean = clean.replace(namedValue, (whole: string, name: string, quote: string, value: string) =>
    isLikelySecret(value, quote !== '') ? `${name}${quote}${redacted}` : whole,
  );
  return clean.replace(longToken, (token) => (looksDrawnByLot(token) ? redacted : token));
}

/** Whether something in it would be taken out. */
export function holdsSecret(text: string, known: readonly string[] = []): boolean {
  return redact(text, known) !== text;
}

/** The values of a .env file whose names say that they are secret. */
export function secretsOfEnvironmentFile(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', quoted = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/s.exec(line) ?? [];
    const value = quoted.trim().replace(/^(["'])(.*)\1$/, '$2');
    return secretName.test(name) && value.length >= leastKnown ? [value] : [];
  });
}

const leastKnown = 6;

/** Keys that tell by their look who gave them out. */
const shapes: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /\bsk-(?:proj-|ant-|or-|svcacct-)?[-_A-Za-z0-9]{16,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bgl(?:pat|dt|rt|ptt|soat|cbt)-[-_A-Za-z0-9]{16,}/g,
  /\bxox[abeprs]-[-A-Za-z0-9]{10,}|\bxapp-[-A-Za-z0-9]{10,}/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\bAIza[-_A-Za-z0-9]{35}|\bya29\.[-_A-Za-z0-9]{20,}|\bGOCSPX-[-_A-Za-z0-9]{20,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  /\bnpm_[A-Za-z0-9]{30,}|\bpypi-[-_A-Za-z0-9]{30,}/g,
  /\bhf_[A-Za-z0-9]{25,}|\br8_[A-Za-z0-9]{30,}/g,
  /\bSG\.[-_A-Za-z0-9]{16,}\.[-_A-Za-z0-9]{16,}/g,
  /\b(?:SK|AC)[0-9a-f]{32}\b/g,
  /\b\d{8,10}:[-_A-Za-z0-9]{35}\b/g,
  /\beyJ(?<=(?<![-\w])(?:[-\w]{0,60}-)?eyJ)[-_A-Za-z0-9]{8,}\.eyJ[-_A-Za-z0-9]{8,}\.[-_A-Za-z0-9]*/g,
  /\b(?:dop|doo|dor)_v1_[0-9a-f]{32,}|\bdapi[0-9a-f]{32}\b|\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|\blin_api_[A-Za-z0-9]{30,}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /\b(?:hvs|hvb)\.[-_A-Za-z0-9]{20,}|\bvercel_[A-Za-z0-9]{20,}|\bsbp_[0-9a-f]{40}/g,
  /\b[MNO][-_A-Za-z0-9]{23,25}\.[-_A-Za-z0-9]{6}\.[-_A-Za-z0-9]{27,}/g,
  /(?<=\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=)[A-Za-z0-9+/%=&]{20,}/g,
];

const credentialsInUrl = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'`<>{}$]{0,100}:)[^\s/@"'`<>{}$]{1,200}@/gi;
const authorizationHeader =
  /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token|digest)\s+|\bbearer\s+(?=[^\s"'`]*\d))[-A-Za-z0-9._~+/=]{8,}/gi;

const secretWords =
  '(?:pass(?:word|wd|phrase)|\\bpass|_pass|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|auth[-_ ]?key|client[-_ ]?secret|credentials?|connection[-_ ]?string)';
const secretName = new RegExp(`${secretWords}|(?:_|^)(?:key|auth|dsn)(?:_|$)|database_url`, 'i');
/** name, separator and opening quote, then the value. */
const namedValue = new RegExp(
  `(?<![\\w.-])((?:[\\w.-]{0,40}?${secretWords}[\\w-]{0,40})["']?\\s*(?:=>|[:=])\\s*)(["'\`]?)([^\\s"'\`,;(){}<>[\\]]{6,})`,
  'gi',
);

/** Code that merely speaks of a secret gives it a type, a call or a variable; only literals are secrets. */
function isLikelySecret(value: string, quoted: boolean): boolean {
  if (value.startsWith(redacted) || noSecret.test(value)) return false;
  const digits = (value.match(/\d/g) ?? []).length;
  const hasSign = /[^\w.-]/.test(value);
  if (quoted) return value.length >= 8 ? digits > 0 || hasSign : digits > 0 && hasSign;
  if (/^[\w.]+\.[a-z]\w*$/i.test(value)) return false;
  const isName = /^[A-Za-z_][\w.]*$/.test(value) && /[a-z]_*[A-Z]/.test(value) && digits < 3;
  return !isName && /[A-Za-z]/.test(value) && digits > 0 && value.length >= 8;
}

/** Variables, placeholders, versions, paths and addresses. */
const noSecret =
  /[$%]|\*{3}|x{4}|\.{3}|process\.env|os\.environ|example|placeholder|changeme|your[-_]|^[\^~<>=v]*\d+\.\d+|^\.{0,2}\/|^\w+(?:\/[\w.-]+)+$|^(?:https?|urn):/i;

/** Not after a sign that makes it part of a path, a hash's prefix ("sha512-…") or a data address. */
const longToken = /(?<![-/\\.\w+=])[A-Za-z0-9+/_-]{32,128}={0,2}(?![-\w/+.\\(])/g;
const leastEntropy = 4.4;

function looksDrawnByLot(token: string): boolean {
  if (!/[a-z]/.test(token) || !/[A-Z]/.test(token) || (token.match(/\d/g) ?? []).length < 3) return false;
  if (/^sha\d+-/.test(token) || token.split(/[-_/]/).length > 4) return false;
  return entropyOf(token) >= leastEntropy;
}

/** Shannon, in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
