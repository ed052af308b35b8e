/** A question that users ask, the ways in which they put it, and questions that look like it and mean something else. */
export interface Topic {
  /** In the words that most use. Follows "How do I", "What is" and the like as written here. */
  readonly canonical: string
  /** The same question as other people put it. */
  readonly otherWords: readonly string[]
  /** Other questions, with other right answers. */
  readonly nearMisses: readonly string[]
}

export const TOPICS: readonly Topic[] = [
  {
    canonical: 'How do I reset my password?',
    otherWords: ['I forgot my password, what now?', 'how can i reset the password'],
    nearMisses: ['How do I reset my passkey?', 'How do I change my password?'],
  },
  {
    canonical: 'How do I export my invoices as CSV?',
    otherWords: ['Is there a spreadsheet of my bills?', 'how do i export invoices as csv'],
    nearMisses: ['How do I export my invoices as PDF?', 'How do I import my invoices as CSV?'],
  },
  {
    canonical: 'My limit is 10 requests per second. Can I raise it?',
    otherWords: ['my limit is 10 requests per second, can I raise it?'],
    nearMisses: [
      'My limit is 100 requests per second. Can I raise it?',
      'My limit is 10 requests per minute. Can I raise it?',
    ],
  },
  {
    canonical: 'How do I enable two-factor authentication for my team?',
    otherWords: ['How can we enable two-factor authentication for the team?', 'turn on 2fa for everybody'],
    nearMisses: [
      'How do I disable two-factor authentication for my team?',
      'How do I enforce two-factor authentication for my team?',
    ],
  },
  {
    canonical: 'Which models support function calling?',
    otherWords: ['which model supports function calling?', 'Can all of the models call functions?'],
    nearMisses: ['Which models do not support function calling?', 'Which models support streaming?'],
  },
  {
    canonical: 'How do I rotate an API key?',
    otherWords: ['How can we rotate API keys?', 'replace a leaked api key'],
    nearMisses: ['How do I revoke an API key?', 'How do I rotate a webhook secret?'],
  },
  {
    canonical: 'What is the rate limit of the embeddings endpoint?',
    otherWords: ["what's the rate limit of the embeddings endpoint", 'How many embeddings per minute may I ask for?'],
    nearMisses: [
      'What is the rate limit of the completions endpoint?',
      'What is the price of the embeddings endpoint?',
    ],
  },
  {
    canonical: 'How do I move a project from staging to production?',
    otherWords: ['How can I move a project from staging to production?', 'ship a staging project'],
    nearMisses: ['How do I move a project from production to staging?'],
  },
  {
    canonical: 'Can a viewer invite an editor?',
    otherWords: ['can a viewer invite an editor??'],
    nearMisses: ['Can an editor invite a viewer?', 'Can a viewer remove an editor?'],
  },
  {
    canonical: 'What tax applies to customers in Austria?',
    otherWords: ['Which VAT do Austrians pay?', 'what tax applies to customers in austria'],
    nearMisses: ['What tax applies to customers in Australia?', 'What tax applies to companies in Austria?'],
  },
  {
    canonical: 'When does my trial end?',
    otherWords: ['Can you tell me when my trial ends?', 'How long is the free period?'],
    nearMisses: ['Why does my trial end?', 'When does my trial start?'],
  },
  {
    canonical: 'Why does "invoice.paid" arrive twice?',
    otherWords: ['why does "invoice.paid" arrive twice', 'duplicate invoice.paid webhooks'],
    nearMisses: ['Why does "invoice.voided" arrive twice?', 'Why does "invoice.paid" never arrive?'],
  },
  {
    canonical: 'How do I call the completions API from C++?',
    otherWords: ['how to call the completions API from C++'],
    nearMisses: ['How do I call the completions API from C#?', 'How do I call the embeddings API from C++?'],
  },
  {
    canonical: 'Is customer data used for training?',
    otherWords: ['Do you train on our data?', 'is customer data used for training'],
    nearMisses: ['Is no customer data used for training?', 'Is customer data used for billing?'],
  },
  {
    canonical: 'What does the plan with 5 seats cost per month?',
    otherWords: ['what does a plan with 5 seats cost per month', 'Price of five seats, monthly?'],
    nearMisses: ['What does the plan with 50 seats cost per month?', 'What does the plan with 5 seats cost per year?'],
  },
  {
    canonical: 'How do I cancel my subscription?',
    otherWords: ['I want to stop paying', 'how can i cancel our subscription'],
    nearMisses: ['How do I pause my subscription?', 'How do I renew my subscription?'],
  },
]
