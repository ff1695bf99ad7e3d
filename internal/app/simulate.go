package app

import (
	"astro-apply/internal/astro"
	"astro-apply/internal/resource"
	"astro-apply/internal/simulator"
)

// connectSimulator connects to an Astro API in memory. What the manifest refers to
// but doesn't declare exists there, and so does what it gives the id of.
func (p *pipeline) connectSimulator(declared *resource.Desired) (resource.Source, error) {
	if p.report.Simulated {
		p.runner.Print("simulating: an Astro API in memory, nothing of this happens at Astro")
	}
	organization, err := p.resolveOrganizationID(declared, astro.TokenInfo{OrganizationID: declared.OrganizationID.ScalarText()})
	if err != nil {
		organization = ""
	}
	server := simulator.New(simulator.Options{OrganizationID: organization})
	for _, s := range resource.SimulatorSeeds(declared) {
		server.Seed(s.Kind.Name, s.Fields)
	}
	p.AstroTransport = server.Transport()
	client, err := p.newClient("https://simulator.invalid", server.NewToken(simulator.Scope{}))
	if err != nil {
		return resource.Source{}, err
	}
	return resource.Source{API: client, OrganizationID: server.OrganizationID(), Mask: p.runner.Mask}, nil
}
