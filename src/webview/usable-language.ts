/** Some systems name a language that Intl refuses ("en-US@posix"); uPlot asks for it when it is loaded, and would not be. */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}
