/** Someone who may sign in at the stand-in. */
export interface User {
  username: string
  name: string
  /** What this user is enrolled in; `otp` is an authenticator app. */
  channels: string[]
  /** Whether a push shows a number to pick. */
  numberChallenge?: boolean
  /** Whether the policy asks for a second factor. */
  secondFactor?: boolean
  /** Whether the app is assigned to them; it is unless this says no. */
  assigned?: boolean
}

const everything = ['push', 'sms', 'voice', 'email', 'otp']

export const exampleUsers: User[] = [
  {
    username: 'alice@example.com',
    name: 'Alice Example',
    channels: everything,
    numberChallenge: true,
  },
  { username: 'bob@example.com', name: 'Bob Example', channels: everything },
  { username: 'carol@example.com', name: 'Carol Example', channels: ['sms', 'voice'] },
  { username: 'dave@example.com', name: 'Dave Example', channels: everything, assigned: false },
  {
    username: 'erin@example.com',
    name: 'Erin Example',
    channels: everything,
    numberChallenge: true,
    secondFactor: true,
  },
]
