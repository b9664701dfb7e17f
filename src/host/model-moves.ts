import * as vscode from 'vscode';

const moved = new vscode.EventEmitter<void>();

/** A model was loaded or unloaded by hand, or an attempt to do so ended. */
export const onModelMoved = moved.event;
export function modelMoved(): void {
  moved.fire();
}
