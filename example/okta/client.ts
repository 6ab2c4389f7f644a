/** The app that every stand-in knows. */
export const exampleClient = {
  client_id: 'example-app',
  client_secret: 'example-secret',
  token_endpoint_auth_method: 'client_secret_post',
} as const
