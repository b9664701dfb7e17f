import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { estimateTokens } from '../../src/core/models/estimate-tokens.ts';
import { ownMs } from './own-ms.ts';
import { tokenCounter } from './peers.ts';

/** The token estimate beside a real tokenizer, on texts that it was not made with, and its time on hostile ones. */
const project = path.join(import.meta.dirname, '..', '..');
const read = (...names: readonly string[]): string =>
  readFileSync(path.join(project, ...names), 'utf8').slice(0, 60_000);

/** Written for this measurement after the weights were last changed; a text that a weight is mended by has to leave it. */
const prose: Readonly<Record<string, string>> = {
  English:
    'A tenant who wishes to end the agreement must give notice in writing at least eight weeks before the last day of a quarter. The deposit is returned within thirty days, less the cost of repairs that go beyond ordinary wear. Bicycles may be kept in the cellar, but not on the stairs, which have to remain free at all times in case of fire.',
  German:
    'Die Gemeinde hat beschlossen, das alte Hallenbad nicht abzureißen, sondern über drei Jahre hinweg zu sanieren. Während der Bauarbeiten können Schulklassen die Schwimmstunden im Nachbarort abhalten; die Fahrtkosten übernimmt der Landkreis. Für Rückfragen stehen die Mitarbeiterinnen des Bürgerbüros dienstags zwischen acht und zwölf Uhr zur Verfügung.',
  Spanish:
    'La biblioteca del barrio amplía su horario durante los exámenes: abrirá también los sábados y cerrará a las once de la noche. Quien quiera reservar una sala de estudio deberá hacerlo con dos días de antelación, según el formulario que está en la página. Además, se prestarán ordenadores portátiles a los estudiantes que lo soliciten por razones económicas.',
  Russian:
    'Чтобы оформить возврат товара, сохраните чек и обратитесь в отдел обслуживания в течение четырнадцати дней. Сотрудник проверит упаковку, после чего деньги поступят на карту не позднее трёх рабочих суток. Если товар оказался неисправным, доставку обратно оплачивает магазин.',
  Chinese:
    '图书馆从下周一起调整开放时间，周末延长到晚上十点。需要使用会议室的读者请提前两天在网站上预约，并在使用前到服务台登记。如果设备出现故障，请不要自行修理，应当立即联系值班人员。借阅的书籍可以续借一次，逾期则按天收取少量费用。',
};
const texts: Readonly<Record<string, string>> = {
  ...prose,
  JSON: JSON.stringify(
    JSON.parse(read('package.json').length > 0 ? readFileSync(path.join(project, 'package.json'), 'utf8') : '{}'),
  ),
  'JSON, indented': read('package-lock.json').slice(0, 20_000),
  TypeScript: read('src', 'core', 'loop', 'run-step.ts'),
  'minified code': read('dist', 'webview', 'chat.js'),
  Markdown: read('docs', 'ARCHITECTURE.md'),
  base64: randomBytes(6000).toString('base64'),
  hexadecimal: randomBytes(3000).toString('hex'),
  emoji: '🧙🏽‍♀️✨ 🚀🔥 👩‍👩‍👧‍👦 🎉🎊 ❤️ 🇩🇪🇫🇷 🐛➡️🦋 '.repeat(20),
  'terminal output': Array.from(
    { length: 60 },
    (_, line) =>
      `2026-11-24T10:${String(line).padStart(2, '0')}:07.${line * 13}Z  INFO [worker-${line % 4}] handled GET /v1/items/${line * 7919} in ${line * 3} ms`,
  ).join('\n'),
};

const count = await tokenCounter();
console.log('| text | characters | tokens | estimate | error |\n|---|---|---|---|---|');
const errors = Object.entries(texts).map(([name, text]) => {
  const [real, estimate] = [count(text), estimateTokens(text)];
  const error = (estimate - real) / real;
  console.log(
    `| ${name} | ${text.length} | ${real} | ${estimate} | ${error > 0 ? '+' : '−'}${Math.abs(error * 100).toFixed(0)} % |`,
  );
  return error;
});
const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
console.log(
  `\nmean error ${(mean * 100).toFixed(1)} % (aim: 15), worst undercount ${(-Math.min(0, ...errors) * 100).toFixed(1)} % (aim: 10)`,
);

for (const [name, unit] of Object.entries({
  'one letter': 'a',
  blanks: ' ',
  'capitals and small': 'aA',
  'half a pair': '\ud83e',
})) {
  const times = [1, 8].map((times) => {
    const text = unit.repeat((times * 250_000) / unit.length);
    estimateTokens(text);
    const before = ownMs();
    estimateTokens(text);
    return ownMs() - before;
  });
  console.log(`${name}: ${times.map((time) => time.toFixed(1)).join(' ms, eight times as much ')} ms`);
}
