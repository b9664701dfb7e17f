import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import type { OpenMagusApi } from '../../src/host/api.ts';
import type { HostOrder, HostWord } from './host-words.ts';

/** What VS Code runs inside its extension host: it does what the suite outside says and tells it every event. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<OpenMagusApi>('openmagus.openmagus');
  const socketPath = process.env['OPENMAGUS_CHAOS_SOCKET'];
  if (!extension || !socketPath) throw new Error('The extension or the socket is missing.');
  const api = await extension.activate();
  const socket = createConnection(socketPath);
  const say = (word: HostWord): void => void socket.write(`${JSON.stringify(word)}\n`);
  const follow = (taskId: string): vscode.Disposable =>
    api.onEvent(taskId, 1, (event) => say({ type: 'event', event }));
  const obey = async (order: HostOrder): Promise<void> => {
    if (order.type === 'start') {
      follow(await api.startTask({ goal: order.goal }));
    } else {
      follow(order.taskId);
      await vscode.commands.executeCommand('openmagus.resumeTask', order.taskId);
    }
  };
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  createInterface({ input: socket }).on('line', (line) => {
    obey(JSON.parse(line) as HostOrder).catch((error: unknown) => say({ type: 'failed', message: String(error) }));
  });
  say({ type: 'ready', pid: process.pid });
  await ended;
}
