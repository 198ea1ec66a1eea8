// The vocabularies of our diagrams. An element of a registered namespace that its descriptor does not name would be
// dropped on save, so each is completed with what the file at hand holds before the editor reads it.
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import spiffworkflow from './spiffworkflow.json';

const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

// A descriptor with a type for every element of its namespace in `xml`, and a place for every child it has there.
function completed(descriptor, document) {
  const made = structuredClone(descriptor);
  const known = new Map(made.types.map((type) => [type.name, type]));
  const accepts = (type, child) => (type.properties ?? []).some((property) => property.type === child)
    || (type.superClass ?? []).some((name) => known.has(name) && accepts(known.get(name), child));
  for (const element of document.getElementsByTagNameNS(descriptor.uri, '*')) {
    const name = capital(element.localName);
    if (!known.has(name)) {
      const type = { name, superClass: ['Element'], properties: [{ name: 'bodyText', isBody: true, type: 'String' }] };
      made.types.push(type);
      known.set(name, type);
    }
  }
  for (const element of document.getElementsByTagNameNS(descriptor.uri, '*')) {
    const parent = element.parentElement;
    if (parent?.namespaceURI !== descriptor.uri) continue;
    const child = capital(element.localName);
    const type = known.get(capital(parent.localName));
    if (descriptor.types.some((original) => original.name === type.name) || accepts(type, child)) continue;
    type.properties.push({ name: `${element.localName}List`, type: child, isMany: true });
  }
  return made;
}

export function descriptorsFor(xml) {
  const document = new DOMParser().parseFromString(xml, 'application/xml');
  return { camunda: completed(camunda, document), spiffworkflow: completed(spiffworkflow, document) };
}
