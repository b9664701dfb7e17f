import { render } from 'preact';
import { ChatApp } from './chat-app.tsx';
import { conversation, goalField, takeLostFocus } from './focus.ts';
import { connect } from './state.ts';

const root = document.getElementById('app');
if (root) render(<ChatApp />, root);
// Whoever comes to the view by a key can type at once.
window.addEventListener('focus', () => takeLostFocus(goalField() ?? conversation()));
connect();
