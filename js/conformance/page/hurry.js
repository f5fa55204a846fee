// Runs before leaks.js in a browser that is not paced by a display: Chromium still waits for the display's next frame where
// the last one changed nothing that is to be seen. Who asks for a frame changes the colour of one pixel, in a sheet and a box
// that no script of the page finds in the document.
(() => {
  if (document.adoptedStyleSheets.length) return
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`html::before { content: ""; position: fixed; width: 1px; height: 1px; pointer-events: none }`)
  document.adoptedStyleSheets.push(sheet)
  const { style } = sheet.cssRules[0], { requestAnimationFrame } = window
  let count = 0
  window.requestAnimationFrame = (callback) => {
    style.backgroundColor = count++ % 2 ? "#fff" : "#fefefe"
    return requestAnimationFrame.call(window, callback)
  }
})()
