// Runs before the first paint, as a file of its own because the policy forbids inline scripts.
try {
  const theme = localStorage.getItem('weir.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  const stored = localStorage.getItem('weir.language')
  const language = stored ?? (/^zh\b/i.test(navigator.language) ? 'zh-TW' : 'en')
  document.documentElement.lang = language === 'zh-TW' ? 'zh-TW' : 'en'
} catch {
  // Storage can be forbidden: the system's theme and English are the defaults.
}
