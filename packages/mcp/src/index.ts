export { createMcpServer, type McpServerOptions, TOOLS } from './create-mcp-server.js'
export { ApiRefusal, createHttpApi, type InletApi } from './inlet-api.js'
