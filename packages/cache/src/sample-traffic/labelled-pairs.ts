/** Two prompts, and whether an answer to the one is a right answer to the other. */
export interface LabelledPair {
  readonly kind: Kind
  readonly first: string
  readonly second: string
}

/**
 * `wording`: the same question in a slightly other wording. `meaning`: the same question in other words. The rest
 * are traps: questions that look alike and have other right answers.
 */
export type Kind =
  'wording' | 'meaning' | 'number' | 'negation' | 'opposite' | 'name' | 'order' | 'subject' | 'unrelated'

const PAIRS: Readonly<Record<Kind, readonly (readonly [string, string])[]>> = {
  wording: [
    ['How do I reset my password?', 'how can i reset my password'],
    ['How do I reset my password?', 'How do I reset my password, please?'],
    ['How do I reset my password?', 'Hi, how to reset the password? Thanks!'],
    ['How do I export my invoices as CSV?', 'Could you tell me how to export our invoices as CSV?'],
    ['How do I export my invoices as CSV?', 'Please tell me how I export invoices as CSV'],
    ['What is the rate limit of the API?', "what's the rate limit of the api?"],
    ['What is the rate limit of the embeddings endpoint?', 'What is the rate limit of our embeddings endpoint'],
    ['Where do I see my usage in the dashboard?', 'In the dashboard, where do I see my usage?'],
    ['How do I rotate an API key?', 'How can we rotate API keys?'],
    ['How do I invite a teammate to my workspace?', 'What is the way to invite a teammate to a workspace?'],
    ['How do I invite a teammate to my workspace?', 'Hello! I would like to know how to invite a teammate to my workspace.'],
    ['Which regions store my data?', 'Please, which region stores our data?'],
    ['How do I verify the signature of a webhook?', 'What are the steps to verify the signature of a webhook?'],
    ['How do I cancel my subscription?', 'Do you know how I can cancel my subscription?'],
    ['Why is my invoice higher than last month?', 'why is our invoice higher than last month??'],
    ['When does my trial end?', 'Can you tell me when my trial ends?'],
    ['How do I set up single sign-on with Okta?', 'how do i set up single sign-on with okta'],
    ['How many tokens does a request of GPT-4o cost?', 'Quick question: how many tokens does a request of GPT-4o cost?'],
    ['Explain the difference between a seat and a credit.', 'explain the difference between seats and credits'],
    ['How do I raise my limit to 100 requests per second?', 'How can I raise our limit to 100 requests per second, please?'],
  ],
  meaning: [
    ['How do I reset my password?', 'I forgot my password, what now?'],
    ['How do I cancel my subscription?', 'I want to stop paying for the plan'],
    ['How do I delete my account?', 'How can I remove my profile for good?'],
    ['How do I export my invoices as CSV?', 'Is there a spreadsheet of my bills to download?'],
    ['How do I invite a teammate to my workspace?', 'How do I add a colleague to my workspace?'],
    ['Which regions store my data?', 'In which countries are your servers?'],
    ['When does my trial end?', 'How long is the free period?'],
    ['Why is my invoice higher than last month?', 'Why was I charged more this time?'],
    ['What is the rate limit of the API?', 'How many calls per second may I make?'],
    ['How do I rotate an API key?', 'How do I replace a secret with a new one?'],
  ],
  number: [
    ['My limit is 10 requests. Is that enough?', 'My limit is 100 requests. Is that enough?'],
    ['How do I raise my limit to 100 requests per second?', 'How do I raise my limit to 1000 requests per second?'],
    ['What does the plan with 5 seats cost per month when paid by card?', 'What does the plan with 50 seats cost per month when paid by card?'],
    ['What does the plan with five seats cost per month?', 'What does the plan with ten seats cost per month?'],
    ['Summarise the incident of 2024-03-01 for the customer', 'Summarise the incident of 2024-03-10 for the customer'],
    ['What changed in version 1.2 of the SDK?', 'What changed in version 1.3 of the SDK?'],
    ['Why did request 48151623 fail with a timeout?', 'Why did request 48151624 fail with a timeout?'],
    ['Is a refund of $20 possible after the trial?', 'Is a refund of $200 possible after the trial?'],
    ['Is 0.5 a good temperature for extraction?', 'Is 0.05 a good temperature for extraction?'],
  ],
  negation: [
    ['Which plans include audit logs?', 'Which plans do not include audit logs?'],
    ['Can I use the API with a credit card?', 'Can I use the API without a credit card?'],
    ['Why is my webhook delivered?', "Why isn't my webhook delivered?"],
    ['Which models support function calling?', "Which models don't support function calling?"],
    ['What happens when I pay an overdue invoice?', 'What happens when I never pay an overdue invoice?'],
    ['Is personal data used for training?', 'Is no personal data used for training?'],
    ['List the users who can approve payments over the limit', 'List the users who cannot approve payments over the limit'],
  ],
  opposite: [
    ['How do I enable two-factor authentication for my team?', 'How do I disable two-factor authentication for my team?'],
    ['How do I grant access to a project?', 'How do I revoke access to a project?'],
    ['How do I upgrade my plan in the middle of the month?', 'How do I downgrade my plan in the middle of the month?'],
    ['How do I import contacts from a file?', 'How do I export contacts from a file?'],
    ['What is the maximum size of an upload?', 'What is the minimum size of an upload?'],
    ['How do I turn on the sandbox?', 'How do I turn off the sandbox?'],
    ['Which events arrive before the payment is captured?', 'Which events arrive after the payment is captured?'],
    ['How do I make a dataset public?', 'How do I make a dataset private?'],
    ['How do I lock a workspace?', 'How do I unlock a workspace?'],
    ['How do I pause my subscription?', 'How do I cancel my subscription?'],
  ],
  name: [
    ['How do I connect Slack to my workspace?', 'How do I connect Stripe to my workspace?'],
    ['What tax applies to customers in Austria?', 'What tax applies to customers in Australia?'],
    ['How do I call the completions API from C++?', 'How do I call the completions API from C#?'],
    ['Why does "invoice.paid" arrive twice?', 'Why does "invoice.voided" arrive twice?'],
    ['Write a reminder to Maria about the renewal', 'Write a reminder to Mario about the renewal'],
    ['What does the setting `max_tokens` do for a chat?', 'What does the setting `max_retries` do for a chat?'],
    ['How do I export my invoices as CSV?', 'How do I export my invoices as PDF?'],
    ['how do i export my invoices as csv', 'how do i export my invoices as pdf'],
    ['Compare the price of gpt-4o for a chat', 'Compare the price of gpt-4o-mini for a chat'],
    ['Which seats does jane@acme.com use?', 'Which seats does jan@acme.com use?'],
  ],
  order: [
    ['Convert a price from USD to EUR', 'Convert a price from EUR to USD'],
    ['can a viewer invite an editor', 'can an editor invite a viewer'],
    ['How do I move a project from staging to production?', 'How do I move a project from production to staging?'],
    ['Does a role override a policy of the workspace?', 'Does a policy of the workspace override a role?'],
    ['How much more is Team than Pro?', 'How much more is Pro than Team?'],
  ],
  subject: [
    ['How do I reset my password?', 'How do I reset my passkey?'],
    ['How do I rotate an API key?', 'How do I rotate a webhook secret?'],
    ['Where do I see my usage in the dashboard?', 'Where do I see my invoices in the dashboard?'],
    ['What is the rate limit of the embeddings endpoint?', 'What is the rate limit of the completions endpoint?'],
    ['How do I export my invoices?', 'How do I export my invoices to accounting?'],
    ['Does the admin role see the billing page of the workspace?', 'Does the member role see the billing page of the workspace?'],
    ['Which regions store my data?', 'Which regions store my backups?'],
    ['How do I delete a user from the workspace and keep the documents that they own?', 'How do I delete a user from the workspace and drop the documents that they own?'],
    ['Is the chat model good at translation?', 'Is the chat model good at transcription?'],
    ['When does my trial end?', 'Why does my trial end?'],
  ],
  unrelated: [
    ['How do I reset my password?', 'Which regions store my data?'],
    ['What is the rate limit of the API?', 'How do I invite a teammate to my workspace?'],
    ['How do I export my invoices as CSV?', 'Write a haiku about autumn'],
    ['When does my trial end?', 'How do I verify the signature of a webhook?'],
    ['How do I rotate an API key?', 'What is the capital of Peru?'],
  ],
} // prettier-ignore

/** Pairs as users of an AI SaaS backend ask them, to measure thresholds and guards on. */
export const LABELLED_PAIRS: readonly LabelledPair[] = Object.entries(PAIRS).flatMap(([kind, pairs]) =>
  pairs.map(([first, second]) => ({ kind: kind as Kind, first, second })),
)

/** Whether the two prompts of a pair have the same right answer. */
export function asksTheSame({ kind }: LabelledPair): boolean {
  return kind === 'wording' || kind === 'meaning'
}
