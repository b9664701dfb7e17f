import { render } from 'preact';
import { PanelApp } from './panel-app.tsx';
import { connect } from './panel-state.ts';

const root = document.getElementById('app');
if (root) render(<PanelApp />, root);
connect();
