import { render } from 'preact';
import { ChatApp } from './chat-app.tsx';
import { connect } from './state.ts';

const root = document.getElementById('app');
if (root) render(<ChatApp />, root);
connect();
