export interface PlantedSecret {
  readonly name: string;
  readonly secret: string;
  /** As a program might print it. */
  readonly text: string;
}

/** Secrets of many kinds, put together here so that no scanner takes them for real ones. */
export const plantedSecrets: readonly PlantedSecret[] = [
  planted('an OpenAI key', ['sk-', 'proj-', letters(40)], (secret) => `using key ${secret} for requests`),
  planted('an Anthropic key', ['sk-', 'ant-', 'api03-', letters(50)], (secret) => `ANTHROPIC_API_KEY=${secret}`),
  planted('a GitHub token', ['gh', 'p_', letters(36)], (secret) => `remote: ${secret}`),
  planted('a fine-grained GitHub token', ['github', '_pat_', letters(60)], (secret) => `token is ${secret}.`),
  planted('a GitLab token', ['gl', 'pat-', letters(20)], (secret) => `PRIVATE-TOKEN ${secret}`),
  planted('a Slack token', ['xo', 'xb-', '123456789012-', letters(24)], (secret) => `slack ${secret}`),
  planted('an AWS key id', ['AK', 'IA', letters(16).toUpperCase()], (secret) => `aws_access_key_id = ${secret}`),
  planted('an AWS secret', [letters(20), '/', letters(19)], (secret) => `aws_secret_access_key = ${secret}`),
  planted('a Google key', ['AI', 'za', letters(35)], (secret) => `https://maps.invalid/api?key=${secret}`),
  planted('a Stripe key', ['sk', '_live_', letters(24)], (secret) => `stripe: ${secret}`),
  planted('an npm token', ['np', 'm_', letters(36)], (secret) => `//registry.invalid/:_authToken=${secret}`),
  planted('a PyPI token', ['py', 'pi-', letters(60)], (secret) => `password = ${secret}`),
  planted('a Hugging Face token', ['h', 'f_', letters(34)], (secret) => `login ${secret}`),
  planted('a SendGrid key', ['S', 'G.', letters(22), '.', letters(43)], (secret) => `mail ${secret}`),
  planted(
    'a JSON web token',
    ['ey', `J${letters(20)}`, '.ey', `J${letters(40)}`, '.', letters(43)],
    (secret) => secret,
  ),
  planted(
    'a private key',
    ['MIIEvQIBADANBg', letters(64), '\n', letters(64)],
    (secret) => `-----BEGIN RSA ${'PRIVATE KEY'}-----\n${secret}\n-----END RSA ${'PRIVATE KEY'}-----`,
  ),
  planted('a bearer token', [letters(30)], (secret) => `> Authorization: Bearer ${secret}`),
  planted('basic credentials', [letters(20), '=='], (secret) => `authorization: Basic ${secret}`),
  planted('a password in an address', ['hunter2', '-and-more'], (secret) => `postgres://app:${secret}@db:5432/app`),
  planted('a quoted password', ['correct horse'.replace(' ', '-'), '9'], (secret) => `{"password": "${secret}"}`),
  planted('a password in a shell', ['Tr0ub4dor', 'and3'], (secret) => `export DB_PASSWORD=${secret}`),
  planted('an Azure account key', [letters(60), '=='], (secret) => `AccountName=x;AccountKey=${secret};`),
  planted('a Telegram bot token', ['123456789', ':', letters(35)], (secret) =>
    `bot${secret}/getMe`.replace('bot', 'bot '),
  ),
  planted('a long token without a name', [letters(48)], (secret) => `got ${secret} back`),
];

function planted(name: string, parts: readonly string[], text: (secret: string) => string): PlantedSecret {
  const secret = parts.join('');
  return { name, secret, text: text(secret) };
}

/** Looks drawn by lot, and is the same each time. */
function letters(count: number): string {
  const alphabet = 'Qa7Zx2Wc9Ed4Vr6Tg1Bn8Yh3Uj5Mk0IlOpLsRfXdPzKeGwSq';
  return Array.from({ length: count }, (_, index) => alphabet[(index * 17 + count * 5) % alphabet.length]).join('');
}
