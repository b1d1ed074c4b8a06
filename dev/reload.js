// Loads the page again when the program was started again, or a script or sheet was built again.

const POLL_MS = 500;
let shown = '';

async function look() {
  try {
    const answer = await fetch('/dev/build', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    const build = answer.ok ? await answer.text() : shown;
    if (shown && build !== shown) {
      location.reload();
      return;
    }
    shown = build;
  } catch {
    // it is being started again
  }
  setTimeout(look, POLL_MS);
}

look();
