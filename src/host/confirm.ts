import * as vscode from 'vscode';

export interface Confirmation {
  readonly title: string;
  readonly detail: string;
  /** The word on the button that says yes. */
  readonly action: string;
}

/** How a person is asked before something happens that one more click would not take back. */
export interface Confirmer {
  confirm(confirmation: Confirmation): Promise<boolean>;
}

export const dialogConfirmer: Confirmer = {
  confirm: async ({ title, detail, action }) =>
    (await vscode.window.showWarningMessage(title, { modal: true, detail }, action)) === action,
};
