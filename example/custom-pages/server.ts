import { listen, serve } from '../serve.ts'
import { createApp } from './app.ts'

await serve((options) => listen(createApp(options)))
