/** The label that says which supervisor a container belongs to; the keeper removes containers by it. */
export const OWNER_LABEL = 'proving-ground.owner'
