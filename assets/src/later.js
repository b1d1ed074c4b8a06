// Dash's own scripts lie in the page as text, and run when the first picture is drawn, or as soon as somebody acts: the
// map does not share its first second with them.

const PATIENCE_MS = 4000;
const ACTS = ['pointerdown', 'keydown', 'wheel'];
let begun = false;

/** @param {HTMLScriptElement} script @returns {Promise<void>} */
function run(script) {
  const live = document.createElement('script');
  for (const { name, value } of script.attributes) live.setAttribute(name, value);
  live.text = script.text;
  live.async = false;
  const done = script.src ? new Promise((resolve, reject) => Object.assign(live, { onload: resolve, onerror: reject })) : Promise.resolve();
  document.body.append(live);
  return done;
}

/** Run the scripts that wait, in their order. Once. */
async function begin() {
  if (begun) return;
  begun = true;
  window.twinMap.otherLetters();
  const waiting = /** @type {HTMLTemplateElement} */ (document.getElementById('later')).content;
  const scripts = Array.from(waiting.querySelectorAll('script'));
  await Promise.all(scripts.filter((script) => script.src).map(run));
  for (const script of scripts.filter((each) => !each.src)) await run(script);
}

/** Begin when the map says that it is drawn, when somebody acts, or after a while. */
export function beginLater() {
  new MutationObserver((_, observer) => {
    if (!document.documentElement.dataset.ready) return;
    observer.disconnect();
    setTimeout(begin);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ['data-ready'] });
  for (const act of ACTS) document.addEventListener(act, begin, { once: true, passive: true });
  setTimeout(begin, PATIENCE_MS);
}
