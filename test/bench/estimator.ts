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

const prose: Readonly<Record<string, string>> = {
  English:
    'The harbour was quiet in the early morning, and only a few fishermen stood by the wall, waiting for the boats to return. Nobody spoke; the fog lay low over the water, so that the masts seemed to float. When the first bell rang, an old woman opened her shop and set out bread, still warm, on a wooden table beside the door.',
  German:
    'Im Winter wird die Werkstatt nur an den Nachmittagen geheizt, weshalb die Lehrlinge ihre Übungsstücke möglichst vor der Dämmerung fertigstellen. Der Meister überprüft anschließend jede Schweißnaht und erläutert, warum gleichmäßige Geschwindigkeit wichtiger ist als Kraft. Größere Bestellungen müssen allerdings rechtzeitig angekündigt werden.',
  Spanish:
    'Cuando llegaron las lluvias, los vecinos levantaron un pequeño dique con piedras del río y sacos de arena. Durante tres días nadie durmió más de unas horas, pero el agua no alcanzó las casas. Después celebraron una comida en la plaza, donde los niños corrían entre las mesas y los mayores contaban historias de otros inviernos.',
  Russian:
    'Поезд пришёл на станцию поздно вечером, когда почти все окна уже погасли. На платформе стоял только начальник станции с фонарём и высокая девушка с чемоданом. Она спросила, далеко ли до озера, и он показал рукой на тёмный лес, за которым едва заметно светилась вода.',
  Chinese:
    '山脚下的村子每年秋天都会举行一次集市。人们从很远的地方赶来，有的带着新收的稻米，有的带着手工编织的竹篮。孩子们最喜欢看皮影戏，常常一直等到天黑才肯回家。老人们坐在树下喝茶，谈论今年的雨水和收成。',
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
