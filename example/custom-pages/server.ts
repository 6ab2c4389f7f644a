import { serve } from '../serve.ts'
import { createApp } from './app.ts'

await serve(createApp)
