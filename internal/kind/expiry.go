package kind

// Expiry describes when a resource stops working without a change, for example when a token expires.
type Expiry struct {
	Field   string // the member of a response that holds the time
	Subject string // the part that ends, as "it" or "its trial"
	Remedy  string // how to prevent it, as an instruction
}
