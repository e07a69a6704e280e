import { render } from 'preact';
import { App } from './shell/app.js';
import { connect } from './state/connection.js';
import './style.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
connect();
