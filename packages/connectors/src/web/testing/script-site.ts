import type { TestPage } from './test-site.js'

/** A page that is empty until its script has run, which requests its text from the site and shows it with links. */
export const scriptPage = (title: string, data: string, extra = ''): TestPage => ({
  body:
    `<!doctype html><html lang="en"><head><title>Loading</title></head><body><div id="app"></div><script>` +
    `fetch(${JSON.stringify(data)}).then((answer) => answer.json()).then(({ text, links }) => {` +
    `document.title = ${JSON.stringify(title)};` +
    `document.getElementById('app').innerHTML = '<main><h1>' + document.title + '</h1><p>' + text + '</p>' +` +
    `links.map((link) => '<a href="' + link + '">to ' + link + '</a>').join(' ') + '</main>' });` +
    `${extra}</script></body></html>`,
})

export const dataOf = (text: string, links: readonly string[] = []): TestPage => ({ body: JSON.stringify({ text, links }), type: 'application/json' })
