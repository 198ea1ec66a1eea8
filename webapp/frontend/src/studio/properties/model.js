// Reading and writing what our vocabulary adds to an element, each write one undoable command.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

// What the properties belong to: a participant's are its process's.
export function target(element) {
  const object = getBusinessObject(element);
  return is(object, 'bpmn:Participant') ? object.processRef : object;
}

export const loopOf = (element) => {
  const loop = getBusinessObject(element)?.loopCharacteristics;
  return loop && is(loop, 'bpmn:MultiInstanceLoopCharacteristics') ? loop : null;
};

const clean = (value) => (value === '' || value === undefined ? undefined : value);

export class Model {
  constructor(modeling, bpmnFactory) {
    this.modeling = modeling;
    this.factory = bpmnFactory;
  }

  create(type, properties, parent) {
    const made = this.factory.create(type, properties);
    made.$parent = parent;
    return made;
  }

  // -- attributes
  attribute(element, name, object = target(element)) {
    return object.get(name) ?? '';
  }

  setAttribute(element, name, value, object = target(element)) {
    this.modeling.updateModdleProperties(element, object, { [name]: clean(value) });
  }

  // -- extension elements
  extensions(object, type) {
    return (object.get('extensionElements')?.get('values') ?? []).filter((value) => is(value, type));
  }

  extension(object, type) {
    return this.extensions(object, type)[0];
  }

  putExtension(element, object, made) {
    const holder = object.get('extensionElements');
    if (holder) {
      made.$parent = holder;
      this.modeling.updateModdleProperties(element, holder, { values: [...holder.get('values'), made] });
      return;
    }
    const fresh = this.create('bpmn:ExtensionElements', { values: [made] }, object);
    made.$parent = fresh;
    this.modeling.updateModdleProperties(element, object, { extensionElements: fresh });
  }

  dropExtension(element, object, gone) {
    const holder = object.get('extensionElements');
    const values = holder.get('values').filter((value) => value !== gone);
    if (values.length) this.modeling.updateModdleProperties(element, holder, { values });
    else this.modeling.updateModdleProperties(element, object, { extensionElements: undefined });
  }

  // -- camunda:property
  property(element, name, object = target(element)) {
    const all = this.extension(object, 'camunda:Properties')?.get('values') ?? [];
    return all.find((property) => property.get('name') === name)?.get('value') ?? '';
  }

  setProperty(element, name, value, object = target(element)) {
    const wanted = clean(value);
    const holder = this.extension(object, 'camunda:Properties');
    if (!holder) {
      if (wanted === undefined) return;
      const made = this.create('camunda:Properties', {});
      made.values = [this.create('camunda:Property', { name, value: wanted }, made)];
      this.putExtension(element, object, made);
      return;
    }
    const old = holder.get('values').find((property) => property.get('name') === name);
    if (old && wanted !== undefined) {
      this.modeling.updateModdleProperties(element, old, { value: wanted });
      return;
    }
    const others = holder.get('values').filter((property) => property !== old);
    const values = wanted === undefined ? others : [...others, this.create('camunda:Property', { name, value: wanted }, holder)];
    if (values.length) this.modeling.updateModdleProperties(element, holder, { values });
    else this.dropExtension(element, object, holder);
  }

  // -- an extension element that holds one text
  text(element, type, name = 'value', object = target(element)) {
    return this.extension(object, type)?.get(name) ?? '';
  }

  setText(element, type, value, object = target(element)) {
    const old = this.extension(object, type);
    if (!clean(value)) {
      if (old) this.dropExtension(element, object, old);
    } else if (old) this.modeling.updateModdleProperties(element, old, { value });
    else this.putExtension(element, object, this.create(type, { value }));
  }

  // -- a condition or another formal expression
  expression(object, name) {
    return object.get(name)?.get('body') ?? '';
  }

  setExpression(element, object, name, value) {
    const body = clean(value);
    const made = body === undefined ? undefined : this.create('bpmn:FormalExpression', { body }, object);
    this.modeling.updateModdleProperties(element, object, { [name]: made });
  }

  // -- the connector of a service task
  operator(element) {
    return this.extension(target(element), 'spiffworkflow:ServiceTaskOperator');
  }

  setOperator(element, name, value) {
    const old = this.operator(element);
    if (old) this.modeling.updateModdleProperties(element, old, { [name]: clean(value) });
    else if (clean(value)) this.putExtension(element, target(element), this.create('spiffworkflow:ServiceTaskOperator', { [name]: value }));
  }

  parameters(element) {
    return this.operator(element)?.get('parameterList')?.get('parameters') ?? [];
  }

  setParameters(element, parameters) {
    const operator = this.operator(element);
    const holder = operator.get('parameterList');
    if (holder) this.modeling.updateModdleProperties(element, holder, { parameters });
    else {
      const made = this.create('spiffworkflow:Parameters', { parameters }, operator);
      for (const parameter of parameters) parameter.$parent = made;
      this.modeling.updateModdleProperties(element, operator, { parameterList: made });
    }
  }
}
