import { type RequestHandler, Router } from 'express'
import swaggerUi from 'swagger-ui-express'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inlet API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`

const START = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: false })\n`

/** Serves the API's documentation to browsers: our own page without inline code, so that the content policy needs no exception. */
export const docsPage = (): RequestHandler => {
  const router = Router()
  router.get('/', (_request, response) => void response.type('html').send(PAGE))
  router.get('/start.js', (_request, response) => void response.type('text/javascript').send(START))
  router.use(swaggerUi.serve)
  return router
}
