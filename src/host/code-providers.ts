import * as vscode from 'vscode';
import { abortable } from '../core/abortable.ts';
import type { CodeAnswer, CodePlace, CodeProviders, CodeQuestion } from '../core/editor-port.ts';
import { placesOfSymbol } from '../core/search/symbol-places.ts';

/** All in all, and between two questions while a language server starts. */
const patienceMs = 4000;
const pausesMs = [150, 300, 600, 1000];
/** So long a language that never answered is asked once only. */
const silentMs = 60_000;

/** Which languages have answered which questions; those that did not in time, with when that was. */
const answered = new Set<string>();
const silentSince = new Map<string, number>();

/** The providers that language extensions have registered with VS Code, through its own commands. */
export const vscodeCode: CodeProviders = {
  async ask(question, most, signal) {
    const late = AbortSignal.timeout(patienceMs);
    try {
      return await abortable(
        untilAnswered(question, most, AbortSignal.any([signal, late])),
        AbortSignal.any([signal, late]),
      );
    } catch (error) {
      signal.throwIfAborted();
      const silence = late.aborted
        ? `The language server did not answer in ${patienceMs / 1000} s; it may still be starting, so asking again later may help.`
        : `The language server failed (${String(error instanceof Error ? error.message : error).slice(0, 200)}).`;
      return { places: [], total: 0, silence };
    }
  },
};

/** Nobody can tell a server that knows nothing from one that is starting: an empty answer is believed of those that have spoken. */
async function untilAnswered(question: CodeQuestion, most: number, signal: AbortSignal): Promise<CodeAnswer> {
  const document = question.path === undefined ? undefined : await vscode.workspace.openTextDocument(question.path);
  const language = document?.languageId ?? 'any';
  const key = `${language} ${question.operation}`;
  const isSilent = Date.now() - (silentSince.get(key) ?? Number.NEGATIVE_INFINITY) < silentMs;
  for (const pause of [...(answered.has(key) ? [] : isSilent ? pausesMs.slice(0, 1) : pausesMs), undefined]) {
    const answer = await askOnce(question, document, most);
    if (answer.places.length > 0) {
      answered.add(key);
      return answer;
    }
    if (pause !== undefined) await pauseFor(pause, signal);
  }
  if (answered.has(key)) return { places: [], total: 0 };
  silentSince.set(key, Date.now());
  const silence = `No language server has answered this for ${language === 'any' ? 'any language' : `the language ${language}`}: there is none, it knows of none, or it is still starting.`;
  return { places: [], total: 0, silence };
}

async function askOnce(
  question: CodeQuestion,
  document: vscode.TextDocument | undefined,
  most: number,
): Promise<CodeAnswer> {
  const { operation, symbol, line, query } = question;
  if (operation === 'workspace_symbols') {
    const found = await run<vscode.SymbolInformation>('vscode.executeWorkspaceSymbolProvider', query ?? '');
    return answerOf(found, most, ({ location, name }) => placeAt(location.uri, location.range, name));
  }
  if (!document) return answerOf([], most, () => undefined);
  if (operation === 'outline') {
    const found = await run<vscode.DocumentSymbol | vscode.SymbolInformation>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    return outlineAnswer(document, found, most);
  }
  for (const { line: at, character } of placesOfSymbol(document.getText(), symbol ?? '', line)) {
    const position = new vscode.Position(at, character);
    const answer = await (operation === 'callers'
      ? callersOf(document, position, most)
      : locationsOf(operation, document, position, most));
    if (answer.places.length > 0) return answer;
  }
  return answerOf([], most, () => undefined);
}

const locationCommands = {
  definition: 'vscode.executeDefinitionProvider',
  references: 'vscode.executeReferenceProvider',
  implementations: 'vscode.executeImplementationProvider',
} as const;

async function locationsOf(
  operation: keyof typeof locationCommands,
  document: vscode.TextDocument,
  position: vscode.Position,
  most: number,
): Promise<CodeAnswer> {
  const found = await run<vscode.Location | vscode.LocationLink>(locationCommands[operation], document.uri, position);
  return answerOf(found, most, (each) =>
    'targetUri' in each
      ? placeAt(each.targetUri, each.targetSelectionRange ?? each.targetRange)
      : placeAt(each.uri, each.range),
  );
}

const mostTargets = 3;

async function callersOf(document: vscode.TextDocument, position: vscode.Position, most: number): Promise<CodeAnswer> {
  const targets = await run<vscode.CallHierarchyItem>('vscode.prepareCallHierarchy', document.uri, position);
  const calls: vscode.CallHierarchyIncomingCall[] = [];
  for (const target of targets.slice(0, mostTargets))
    calls.push(...(await run<vscode.CallHierarchyIncomingCall>('vscode.provideIncomingCalls', target)));
  return answerOf(calls, most, ({ from, fromRanges }) =>
    placeAt(from.uri, fromRanges[0] ?? from.selectionRange, from.name),
  );
}

function outlineAnswer(
  document: vscode.TextDocument,
  found: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[],
  most: number,
): CodeAnswer {
  const places: CodePlace[] = [];
  let total = 0;
  const walk = (symbols: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[], depth: number): void => {
    for (const symbol of symbols) {
      total += 1;
      const range = 'selectionRange' in symbol ? symbol.selectionRange : symbol.location.range;
      const place = placeAt(document.uri, range, symbol.name);
      if (place && places.length < most) places.push({ ...place, depth });
      if ('children' in symbol && symbol.children && depth < deepest) walk(symbol.children, depth + 1);
    }
  };
  walk(found, 0);
  return { places, total };
}
const deepest = 20;

/** Providers of extensions answer anything: what has another shape than it should is left out. */
function answerOf<Found>(
  found: readonly Found[],
  most: number,
  placeOf: (each: Found) => CodePlace | undefined,
): CodeAnswer {
  const places = found.slice(0, most).flatMap((each) => placeOf(each) ?? []);
  return { places, total: places.length + Math.max(0, found.length - most) };
}

function placeAt(uri: vscode.Uri, range: vscode.Range, name?: string): CodePlace | undefined {
  if (!uri || !range) return undefined;
  const place = uri.scheme === 'file' ? uri.fsPath : uri.toString();
  return { place, line: range.start.line + 1, ...(name === undefined ? {} : { name }) };
}

async function run<Result>(command: string, ...words: readonly unknown[]): Promise<readonly Result[]> {
  return (await vscode.commands.executeCommand<readonly Result[] | undefined>(command, ...words)) ?? [];
}

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return abortable(new Promise((resolve) => setTimeout(resolve, ms)), signal);
}
