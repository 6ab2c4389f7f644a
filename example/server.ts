import { createApp } from './app.ts'
import { serve } from './serve.ts'

await serve(createApp)
