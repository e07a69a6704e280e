import { render } from 'preact';
import { eventListener } from './events/event-store.js';
import { startHistory } from './events/history.js';
import { App } from './shell/app.js';
import { connect, listen } from './state/connection.js';
import './style.css';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
listen(eventListener);
connect();
startHistory();
