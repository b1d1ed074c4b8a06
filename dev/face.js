// The clockwork of a face as it is, and beside it what loads the page again. In production there is only the first.
import '../assets/src/face.js';
import './reload.js';
