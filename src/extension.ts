import * as vscode from 'vscode';
import { announceEnds } from './host/announce-ends.ts';
import { createApi, type OpenMagusApi } from './host/api.ts';
import { ChatView } from './host/chat-view.ts';
import { registerCodeActions } from './host/code-actions.ts';
import { registerCommands } from './host/commands.ts';
import { secretPrefix } from './host/configured-models.ts';
import { dialogConfirmer } from './host/confirm.ts';
import { ConnectorDesk } from './host/connector-desk.ts';
import { IndexWatch } from './host/index-watch.ts';
import { MemoryDesk } from './host/memory/memory-desk.ts';
import { MemoryMigration } from './host/memory/memory-migration.ts';
import { registerMemoryTree } from './host/memory/memory-tree.ts';
import { registerModelTree } from './host/model-tree.ts';
import { registerNativeChat } from './host/native-chat.ts';
import { Panel } from './host/panel/panel.ts';
import { registerStatusBar } from './host/status-bar.ts';
import { registerTaskDocuments } from './host/task-changes.ts';
import { TaskService } from './host/task-service.ts';
import { registerTaskTree } from './host/task-tree.ts';
import { registerTerminalCommands } from './host/terminal-commands.ts';

/** Registers and returns; the core is loaded when a task or the history is first needed. */
export function activate(context: vscode.ExtensionContext): OpenMagusApi {
  const log = vscode.window.createOutputChannel('OpenMagus', { log: true });
  // Below the folder of the user's own files.
  const userFolder = vscode.Uri.joinPath(context.globalStorageUri, '..', '..').fsPath;
  const tasks = new TaskService(context.secrets, log, userFolder);
  const index = new IndexWatch(tasks, log);
  const confirmer = { ...dialogConfirmer };
  const chat = new ChatView(context.extensionUri, tasks, confirmer);
  const memories = new MemoryDesk(tasks);
  const migration = new MemoryMigration(tasks);
  const connectors = new ConnectorDesk({ tasks, secrets: context.secrets, log, confirmer });
  const panel = new Panel(context.extensionUri, { tasks, chat, memories, migration, connectors, confirmer });
  const nativeChat = registerNativeChat(tasks);
  context.subscriptions.push(
    log,
    tasks,
    index,
    chat,
    memories,
    migration,
    connectors,
    panel,
    vscode.window.registerWebviewViewProvider('openmagus.chat', chat),
    registerTaskTree(tasks),
    registerMemoryTree(memories),
    registerModelTree(tasks),
    nativeChat,
    registerStatusBar(tasks, index),
    registerCodeActions(),
    registerTerminalCommands(),
    announceEnds(tasks, chat),
    registerTaskDocuments(tasks),
    ...registerCommands({ tasks, chat, memories, migration, panel, log, secrets: context.secrets, confirmer }),
    tasks.onAsked(() => void chat.showWaiting()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('openmagus')) tasks.settingsChanged();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => tasks.settingsChanged()),
    context.secrets.onDidChange((change) => {
      if (change.key.startsWith(secretPrefix)) tasks.settingsChanged();
    }),
  );
  const api = createApi(tasks);
  // In a test run nobody sits at the desk: the tests answer in the person's place, and ask in VS Code's chat.
  return context.extensionMode === vscode.ExtensionMode.Test
    ? Object.assign(api, { desk: tasks.desk, index, confirmer, participant: nativeChat.participant })
    : api;
}
