// What the pages of `okta.routes()` load.
import { enhance } from './index.ts'

enhance()
